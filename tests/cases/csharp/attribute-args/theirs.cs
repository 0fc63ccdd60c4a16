class A
{
    [Fact]
    [Obsolete]
    public void T() { }
}
