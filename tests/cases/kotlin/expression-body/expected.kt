fun f(a: Int): Int = a + 2
