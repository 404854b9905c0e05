using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>
/// Shows what an operation does, on standard error: a bar that is rewritten in place on a terminal, plain lines elsewhere.
/// Safe to call from any thread.
/// </summary>
public sealed class ProgressLines(TextWriter error, bool terminal, bool quiet, TimeProvider time)
{
    private const int BarWidth = 30;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private readonly System.Threading.Lock _gate = new();
    private long _drawn;
    private bool _barShown;

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

    private void Draw(OperationEvent.Progress progress)
    {
        var done = progress.Items == progress.TotalItems;
        if (!done && _barShown && time.GetElapsedTime(_drawn) < Redraw)
        {
            return;
        }

        _drawn = time.GetTimestamp();
        _barShown = true;
        var share = progress.TotalBytes > 0 ? (double)progress.Bytes / progress.TotalBytes : done ? 1 : 0;
        var filled = Math.Clamp((int)(share * BarWidth), 0, BarWidth);
        error.Write($"\r\u001b[K{progress.Step,-10} [{new string('#', filled)}{new string('.', BarWidth - filled)}] "
            + $"{Amount.Bytes(progress.Bytes)} of {Amount.Bytes(progress.TotalBytes)}, {progress.Items} of {progress.TotalItems}");
    }

    private void Line(string text)
    {
        if (_barShown)
        {
            error.Write("\r\u001b[K");
            _barShown = false;
        }

        error.WriteLine(text);
    }
}
