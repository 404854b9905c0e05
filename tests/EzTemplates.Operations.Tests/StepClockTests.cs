using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

public sealed class StepClockTests
{
    [Fact]
    public void A_step_that_runs_twice_is_added_up_and_keeps_its_place()
    {
        var time = new HandClock();
        var told = new List<OperationEvent>();
        var clock = new StepClock(time, told.Add);

        clock.Run("solve", () => Took(2));
        clock.Run("fetch", () => Took(5));
        clock.Run("solve", () => Took(1));

        Assert.Equal([("solve", TimeSpan.FromSeconds(3)), ("fetch", TimeSpan.FromSeconds(5))], clock.Steps);
        Assert.Equal(new OperationEvent.StepFinished("solve", TimeSpan.FromSeconds(1)), told[^1]);

        int Took(double seconds)
        {
            time.Pass(TimeSpan.FromSeconds(seconds));
            return 0;
        }
    }
}
