class A
{
    [Obsolete]
    public async void Run()
    {
    }
}
