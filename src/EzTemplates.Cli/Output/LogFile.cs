using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>
/// The file of <c>--log</c>: each line with the time (UTC) and the process, appended, so that several commands may share one.
/// Holds all that is told with <c>-v</c>, the command line before it, and the outcome after it.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private readonly StreamWriter _file;
    private readonly System.Threading.Lock _gate = new();

    private LogFile(StreamWriter file) => _file = file;

    /// <param name="arguments">Null for a command that goes on in another process, which has written them.</param>
    /// <exception cref="EzException">Usage: it cannot be written.</exception>
    public static LogFile Open(string path, IEnumerable<string>? arguments)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            var log = new LogFile(new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true });
            if (arguments is not null)
            {
                log.Write("ez " + UrlPassword.Hide(string.Join(' ', arguments)));
            }

            return log;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EzException(FailureKind.Usage, $"cannot write the log `{path}`: {ReasonOf(refused)}", "--log FILE, in a folder that this user may write to");
        }
    }

    // The program carries no texts for the framework's own messages.
    private static string ReasonOf(Exception refused) => refused switch
    {
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "it is a folder, or this user may not write to it",
        ArgumentException => "that is no path",
        _ => "the disk refuses",
    };

    public void Tell(OperationEvent happened)
    {
        if (EventText.Of(happened) is { } text)
        {
            Write(text);
        }
    }

    public void Write(string text)
    {
        lock (_gate)
        {
            foreach (var line in text.Split('\n'))
            {
                _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} [{Environment.ProcessId}] {line}"));
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
