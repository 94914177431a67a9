"""Where mixtures of experts win: many candidates read the same features of the same faces.

Two backbones learn as those of the default do, each from a linear head of its own. Everything that
could fuse their features and read labels from them learns beside it, from the same batches, without
a say in what the backbones learn. So one training compares dozens of candidates, each with several
seeds, and nothing but the candidate differs.
"""
