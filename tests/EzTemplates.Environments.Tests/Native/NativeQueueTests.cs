using EzTemplates.Environments.Native;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Native;

public sealed class NativeQueueTests : IDisposable
{
    private const int Mode = 0b111_000_000;
    private const int AtCurrent = -100;

    private readonly TempFolder _temp = new();
    private readonly NativeThread _thread = new("test", (act, errno) => new InvalidOperationException($"{act}: {errno}"));
    private readonly NativeText _text = new();

    public void Dispose()
    {
        _thread.Dispose();
        _text.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Queued_calls_are_made_in_order_before_the_next_that_answers()
    {
        Queue("a", NativeOutcome.Must);
        Queue("a/b", NativeOutcome.Must);
        Assert.False(Directory.Exists(_temp.At("a")));

        Answer();

        Assert.True(Directory.Exists(_temp.At("a/b")));
    }

    [Fact]
    public void A_call_may_hang_on_how_the_one_before_ended()
    {
        Queue("none/a", NativeOutcome.Ignored);
        Queue("never", NativeOutcome.Must, NativeWhen.PreviousWorked);
        Queue("neither", NativeOutcome.Must, NativeWhen.PreviousWorked);
        Queue("anyway", NativeOutcome.Must);
        Queue("after success", NativeOutcome.Must, NativeWhen.PreviousWorked);

        Answer();

        Assert.Equal(["after success", "anyway"], Made());
    }

    [Fact]
    public void What_must_be_there_may_have_been_there()
    {
        Directory.CreateDirectory(_temp.At("a"));
        Queue("a", NativeOutcome.MustBeThere);
        Queue("a/b", NativeOutcome.MustBeThere);
        Answer();
        Assert.True(Directory.Exists(_temp.At("a/b")));

        Queue("none/a", NativeOutcome.MustBeThere);
        Assert.Equal("make none/a: 2", Assert.Throws<InvalidOperationException>(Answer).Message);
    }

    [Fact]
    public void A_failure_is_told_by_its_own_act_and_nothing_after_it_is_done()
    {
        Queue("a", NativeOutcome.Must);
        Queue("a", NativeOutcome.Must);
        Queue("b", NativeOutcome.Must);
        Assert.Equal("make a: 17", Assert.Throws<InvalidOperationException>(() => Make("c")).Message);
        Assert.Equal(["a"], Made());

        Make("d");
        Assert.Equal(["a", "d"], Made());
    }

    [Fact]
    public void A_queue_grows_and_can_be_dropped()
    {
        for (var i = 0; i < 500; i++)
        {
            Queue($"f{i}", NativeOutcome.Must);
        }

        Answer();
        Assert.Equal(500, Made().Count());

        Queue("dropped", NativeOutcome.Must);
        _thread.DropQueue();
        Answer();
        Assert.False(Directory.Exists(_temp.At("dropped")));
    }

    private void Queue(string name, NativeOutcome outcome, NativeWhen when = NativeWhen.Always) =>
        _thread.Queue($"make {name}", NativeThread.SystemCallOf(SystemCallNumber.MakeFolderAt, AtCurrent, _text.Of(_temp.At(name)), Mode), outcome, when);

    private void Make(string name) => Assert.False(_thread.System(SystemCallNumber.MakeFolderAt, AtCurrent, _text.Of(_temp.At(name)), Mode).Failed);

    private void Answer() => Assert.Equal(Environment.ProcessId, _thread.System(SystemCallNumber.GetPid).Value);

    private IEnumerable<string?> Made() => Directory.EnumerateDirectories(_temp.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
