class A {
    Object q = build()
        .limit(20)
        .sort("a");
}
