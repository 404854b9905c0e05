using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class UnpackOrderTests
{
    [Fact]
    public void The_largest_come_first_on_one_thread_each() =>
        Assert.Equal([(1, 1), (3, 1), (0, 1), (2, 1)], UnpackOrder.Of([30, 40, 20, 31, 10, 10, 10, 10], 2).Take(4));

    [Fact]
    public void One_that_is_larger_than_a_cores_share_of_what_is_left_gets_all_cores()
    {
        var order = UnpackOrder.Of([10, 900, 100, 100, 100, 90], 4);

        Assert.Equal([(1, 4), (2, 1), (3, 4), (4, 4), (5, 4), (0, 4)], order);
    }

    [Fact]
    public void Nothing_to_unpack_is_no_order() => Assert.Empty(UnpackOrder.Of([], 2));
}
