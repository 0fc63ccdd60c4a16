class A
{
    [Fact]
    [Trait("a", "b")]
    [Obsolete]
    public void T() { }
}
