class A
{
    [Fact]
    public void X()
    {
    }
}
