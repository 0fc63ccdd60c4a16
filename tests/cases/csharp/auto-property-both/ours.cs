class A
{
    public int X { get; private set; }
}
