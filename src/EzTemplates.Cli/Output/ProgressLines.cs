using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>
/// Shows what an operation does, on standard error: a bar that is redrawn in place on a terminal, plain lines elsewhere.
/// Safe to call from any thread.
/// </summary>
public sealed class ProgressLines(TextWriter error, bool terminal, bool quiet) : IDisposable
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
                    Line($"warning: {warning.Text}");
                    break;
                case OperationEvent.Waiting waiting:
                    Line($"waiting for {waiting.Holder}");
                    break;
                case OperationEvent.Note note when !quiet:
                    Line(note.Text);
                    break;
                case OperationEvent.Progress progress when !quiet && terminal:
                    Draw(progress);
                    break;
                case OperationEvent.StepStarted started when !quiet && !terminal:
                    Line($"{started.Step} ...");
                    break;
                case OperationEvent.StepFinished finished when !quiet && terminal:
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
