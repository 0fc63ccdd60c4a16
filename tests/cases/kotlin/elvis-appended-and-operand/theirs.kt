val x = ready() ?: fits(1)
