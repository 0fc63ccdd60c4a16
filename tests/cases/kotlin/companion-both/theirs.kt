class A {
    companion object {
        const val X = 1
        const val Z = 3
    }
}
