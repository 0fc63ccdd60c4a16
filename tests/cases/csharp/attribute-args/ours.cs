class A
{
    [Fact]
    [Trait("a", "b")]
    public void T() { }
}
