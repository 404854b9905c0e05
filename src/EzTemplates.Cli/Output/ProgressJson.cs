using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>
/// <c>--progress json</c>: one object a line on standard error, for a program that shows what ez does. Each has <c>schema</c>
/// (<c>ez.progress/1</c>), <c>at</c> and <c>event</c>, and what README, "Logs and progress", lists for that event. Safe to call from any thread.
/// </summary>
internal sealed class ProgressJson(TextWriter error)
{
    // Bytes come in blocks; nobody shows them oftener.
    private const long MillisecondsBetween = 100;

    private readonly System.Threading.Lock _gate = new();
    private long _last = -MillisecondsBetween;

    public void Tell(OperationEvent happened)
    {
        lock (_gate)
        {
            if (happened is OperationEvent.Progress progress && !IsDue(progress))
            {
                return;
            }

            var bytes = new ArrayBufferWriter<byte>(160);
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteString("schema", "ez.progress/1");
                json.WriteString("at", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
                Write(json, happened);
                json.WriteEndObject();
            }

            error.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
        }
    }

    private static void Write(Utf8JsonWriter json, OperationEvent happened)
    {
        switch (happened)
        {
            case OperationEvent.StepStarted started:
                json.WriteString("event", "step-started");
                json.WriteString("step", started.Step);
                break;
            case OperationEvent.StepFinished finished:
                json.WriteString("event", "step-finished");
                json.WriteString("step", finished.Step);
                json.WriteNumber("seconds", Math.Round(finished.Elapsed.TotalSeconds, 3));
                break;
            case OperationEvent.Progress progress:
                json.WriteString("event", "progress");
                json.WriteString("step", progress.Step);
                json.WriteNumber("bytes", progress.Bytes);
                json.WriteNumber("totalBytes", progress.TotalBytes);
                json.WriteNumber("items", progress.Items);
                json.WriteNumber("totalItems", progress.TotalItems);
                break;
            case OperationEvent.Asked asked:
                json.WriteString("event", "request");
                json.WriteString("address", asked.Address);
                json.WriteString("answer", asked.Answer);
                json.WriteNumber("seconds", Math.Round(asked.Elapsed.TotalSeconds, 3));
                break;
            case OperationEvent.Said said:
                json.WriteString("event", "output");
                json.WriteString("text", said.Line);
                break;
            case OperationEvent.Waiting waiting:
                json.WriteString("event", "waiting");
                json.WriteString("text", waiting.Holder);
                break;
            case OperationEvent.Warning warning:
                json.WriteString("event", "warning");
                json.WriteString("text", warning.Text);
                break;
            case OperationEvent.Note note:
                json.WriteString("event", "note");
                json.WriteString("text", note.Text);
                break;
            default:
                throw new InvalidOperationException($"`{happened}` has no line");
        }
    }

    /// <summary>The last of a step always is.</summary>
    private bool IsDue(OperationEvent.Progress progress)
    {
        var now = Environment.TickCount64;
        if (now - _last < MillisecondsBetween && (progress.Bytes < progress.TotalBytes || progress.Items < progress.TotalItems))
        {
            return false;
        }

        _last = now;
        return true;
    }
}
