val x = ready() ?: fits() ?: extra()
