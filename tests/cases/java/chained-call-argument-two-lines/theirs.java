class A {
    Object q = build()
        .limit(10)
        .sort("b");
}
