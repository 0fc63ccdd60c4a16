val x = ready() ?: fits(1) ?: extra()
