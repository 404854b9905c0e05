using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>
/// Shows what an operation does, on standard error: a bar that is redrawn in place on a terminal, plain lines elsewhere.
/// Safe to call from any thread.
/// </summary>
internal sealed class ProgressLines(TextWriter error, bool terminal, Detail detail) : IDisposable
{
    private readonly System.Threading.Lock _gate = new();
    private StepBar? _bar;

    public void Tell(OperationEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case OperationEvent.Warning warning:
                    Line($"{Screen.Paint(Ink.Yellow, "warning:")} {PrintableLine.OfLines(warning.Text)}");
                    break;
                case OperationEvent.Waiting waiting:
                    Line($"waiting for {PrintableLine.Of(waiting.Holder)}");
                    break;
                case OperationEvent.Asked or OperationEvent.Said or OperationEvent.StepStarted or OperationEvent.StepFinished when detail == Detail.Verbose:
                    Line(PrintableLine.OfLines(EventText.Of(happened)!));
                    break;
                case OperationEvent.Note note when detail != Detail.Quiet:
                    Line(PrintableLine.OfLines(note.Text));
                    break;
                case OperationEvent.Progress progress when detail != Detail.Quiet && terminal:
                    Draw(progress);
                    break;
                case OperationEvent.StepStarted started when detail != Detail.Quiet && !terminal:
                    Line($"{started.Step} ...");
                    break;
                case OperationEvent.StepFinished finished when detail != Detail.Quiet && terminal:
                    Line($"{finished.Step,-10} {Amount.Seconds(finished.Elapsed)}");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>A step that failed leaves no bar on the screen.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            ClearBar();
        }
    }

    private void Draw(OperationEvent.Progress progress)
    {
        if (_bar is null || _bar.Step != progress.Step)
        {
            ClearBar();
            _bar = new StepBar(error, progress);
        }

        _bar.Show(progress);
    }

    private void Line(string text)
    {
        ClearBar();
        error.WriteLine(text);
    }

    private void ClearBar()
    {
        _bar?.Dispose();
        _bar = null;
    }
}

/// <summary>How much is told while a command runs.</summary>
internal enum Detail
{
    /// <summary>Warnings, and what is waited for.</summary>
    Quiet,

    Usual,

    /// <summary>What is fetched from where, and each step's time.</summary>
    Verbose,
}
