class A
{
    public Task Run(int x)
    {
    }
}
