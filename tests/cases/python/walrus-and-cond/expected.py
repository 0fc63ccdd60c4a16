if (v := f(x)) >= 1:
    y()
