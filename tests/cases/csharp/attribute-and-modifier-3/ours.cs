class A
{
    [Required]
    public string Name { get; set; }
}
