class A {
    companion object {
        const val X = 1
    }
}
