class A
{
    public long X { get; private set; }
}
