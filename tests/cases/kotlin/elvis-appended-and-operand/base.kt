val x = ready() ?: fits()
