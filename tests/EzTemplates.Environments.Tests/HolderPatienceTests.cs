using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class HolderPatienceTests
{
    [Fact]
    public void One_that_stays_is_not_waited_for()
    {
        var clock = new HandClock();
        var patience = new HolderPatience(clock);
        Assert.True(patience.IsWorthWaiting([7]));
        clock.Pass(TimeSpan.FromMilliseconds(5990));
        Assert.True(patience.IsWorthWaiting([7]));
        clock.Pass(TimeSpan.FromMilliseconds(20));
        Assert.False(patience.IsWorthWaiting([7, 8]));
    }

    [Fact]
    public void Each_of_several_in_turn_has_its_time()
    {
        var clock = new HandClock();
        var patience = new HolderPatience(clock);
        for (var pid = 1; pid <= 4; pid++)
        {
            Assert.True(patience.IsWorthWaiting([pid]));
            clock.Pass(TimeSpan.FromMilliseconds(4200));
            Assert.True(patience.IsWorthWaiting([pid]));
        }

        Assert.False(patience.IsWorthWaiting([]));
    }

    [Fact]
    public void What_never_ends_is_not_waited_for_without_end()
    {
        var clock = new HandClock();
        var patience = new HolderPatience(clock);
        var waits = 0;
        while (patience.IsWorthWaiting([waits + 1]))
        {
            waits++;
            clock.Pass(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(40, waits);
    }
}
