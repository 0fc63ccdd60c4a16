class A
{
    [Obsolete]
    public void Run()
    {
    }
}
