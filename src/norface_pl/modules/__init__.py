"""LightningModules of the two stages."""
