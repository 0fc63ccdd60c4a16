class A
{
    [Fact]
    public void T() { }
}
