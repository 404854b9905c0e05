namespace EzTemplates.Operations.Tests;

/// <summary>Work on threads of its own: all of it once, and no more of it after a failure or a cancellation.</summary>
public sealed class OwnThreadsTests
{
    [Fact]
    public void Each_item_is_worked_on_once_and_two_at_a_time()
    {
        using var together = new Barrier(2);
        var sum = 0;
        OwnThreads.ForEach(2, _ => Enumerable.Range(1, 10), item =>
        {
            // Comes back only where two are at work.
            Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            Interlocked.Add(ref sum, item);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(55, sum);
    }

    [Fact]
    public void A_failure_ends_the_waiting_of_others_and_is_the_one_that_is_told()
    {
        static IEnumerable<int> OneAndThenNothing(CancellationToken stop)
        {
            yield return 1;
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        }

        var failure = Assert.Throws<InvalidOperationException>(() => OwnThreads.ForEach(2, OneAndThenNothing, _ => throw new InvalidOperationException("one"), CancellationToken.None));
        Assert.Equal("one", failure.Message);
    }

    [Fact]
    public void Who_is_cancelled_says_so_whatever_failed_meanwhile()
    {
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => OwnThreads.ForEach(1, _ => Enumerable.Range(1, 10), _ =>
        {
            cancel.Cancel();
            throw new InvalidOperationException("one");
        }, cancel.Token));
    }
}
