class A
{
    public long X { get; set; }
}
