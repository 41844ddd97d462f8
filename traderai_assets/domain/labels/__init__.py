"""Labels: what became of a position opened after each bar."""
