"""``python -m norface_pl`` is the ``norface`` command."""

from norface_pl.cli import main

if __name__ == "__main__":
    main()
