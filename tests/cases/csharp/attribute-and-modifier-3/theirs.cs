class A
{
    public virtual string Name { get; set; }
}
