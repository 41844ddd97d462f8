"""`python -m traderai_assets.cli`: the command line without its installed script."""

from traderai_assets.cli.main import main

if __name__ == "__main__":
    main()
