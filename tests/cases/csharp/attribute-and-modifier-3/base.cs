class A
{
    public string Name { get; set; }
}
