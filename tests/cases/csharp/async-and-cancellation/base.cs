class A
{
    public void Save(string p)
    {
        Write(p);
    }
}
