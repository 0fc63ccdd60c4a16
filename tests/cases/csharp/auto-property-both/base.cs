class A
{
    public int X { get; set; }
}
