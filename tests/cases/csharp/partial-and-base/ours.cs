public partial class A
{
}
