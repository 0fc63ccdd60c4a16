class A
{
    public async void Run()
    {
    }
}
