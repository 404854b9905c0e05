namespace EzTemplates.Operations;

/// <summary>What an operation tells while it runs. The command line turns these into bars or lines; nothing depends on being heard.</summary>
public abstract record OperationEvent
{
    private OperationEvent()
    {
    }

    public sealed record StepStarted(string Step) : OperationEvent;

    public sealed record StepFinished(string Step, TimeSpan Elapsed) : OperationEvent;

    /// <summary>Bytes and files of the running step; the totals are known from the first event on.</summary>
    public sealed record Progress(string Step, long Bytes, long TotalBytes, int Items, int TotalItems) : OperationEvent;

    /// <summary>Waiting for a lock; <paramref name="Holder"/> names the process that holds it.</summary>
    public sealed record Waiting(string Holder) : OperationEvent;

    /// <summary>A mirror was asked for something.</summary>
    /// <param name="Answer">What it sends, or why it does not.</param>
    public sealed record Asked(string Address, string Answer, TimeSpan Elapsed) : OperationEvent;

    /// <summary>A line that a maintainer script said.</summary>
    public sealed record Said(string Line) : OperationEvent;

    public sealed record Warning(string Text) : OperationEvent;

    public sealed record Note(string Text) : OperationEvent;
}

/// <summary>How long each named step took, in order; a step that ran twice is added up.</summary>
public sealed class StepClock(TimeProvider time, Action<OperationEvent> tell)
{
    private readonly List<(string Step, TimeSpan Elapsed)> _steps = [];

    public IReadOnlyList<(string Step, TimeSpan Elapsed)> Steps => _steps;

    public T Run<T>(string step, Func<T> work)
    {
        var started = Begin(step);
        var result = work();
        End(step, started);
        return result;
    }

    public async Task<T> RunAsync<T>(string step, Func<Task<T>> work)
    {
        var started = Begin(step);
        var result = await work().ConfigureAwait(false);
        End(step, started);
        return result;
    }

    private long Begin(string step)
    {
        tell(new OperationEvent.StepStarted(step));
        return time.GetTimestamp();
    }

    private void End(string step, long started)
    {
        var elapsed = time.GetElapsedTime(started);
        var at = _steps.FindIndex(s => s.Step == step);
        if (at < 0)
        {
            _steps.Add((step, elapsed));
        }
        else
        {
            _steps[at] = (step, _steps[at].Elapsed + elapsed);
        }

        tell(new OperationEvent.StepFinished(step, elapsed));
    }
}
