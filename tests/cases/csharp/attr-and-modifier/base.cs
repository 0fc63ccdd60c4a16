class A
{
    public void Run()
    {
    }
}
