using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Cli.Output;

/// <summary>A failure as a person reads it, or as a JSON object with <c>--json</c>.</summary>
public static class FailureText
{
    /// <param name="exitCode">The process's; null: that of the failure.</param>
    public static void Write(Exception failure, TextWriter error, bool json, int? exitCode = null)
    {
        var (message, hint) = Describe(failure);
        if (json)
        {
            WriteJson(error, failure, message, hint, exitCode ?? ExitCodes.Of(failure));
            return;
        }

        error.WriteLine($"{Screen.Paint(Ink.Red, "ez:")} {PrintableLine.OfLines(message)}");
        if (hint is not null)
        {
            error.WriteLine($"{Screen.Paint(Ink.Cyan, "hint:")} {PrintableLine.OfLines(hint)}");
        }
    }

    /// <summary>For the log.</summary>
    public static string Plain(Exception failure)
    {
        var (message, hint) = Describe(failure);
        return hint is null ? message : $"{message}\nhint: {hint}";
    }

    private static (string Message, string? Hint) Describe(Exception failure) => failure switch
    {
        EzException known => (known.Message, known.Hint),
        IOException or UnauthorizedAccessException => ($"a file cannot be read or written: {failure.Message}", "check the disk, and who may use the file"),
        OperationCanceledException => ("cancelled", null),
        _ => ($"internal error: {failure}", "this is a bug in ez; please report it with the text above"),
    };

    private static void WriteJson(TextWriter error, Exception failure, string message, string? hint, int exitCode)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("schema", "ez.error/1");
            json.WriteNumber("exitCode", exitCode);
            json.WriteString("kind", failure is EzException known ? known.Kind.ToString() : failure is OperationCanceledException ? "Cancelled" : "Internal");
            json.WriteString("error", message);
            json.WriteString("hint", hint);
            json.WriteEndObject();
        }

        error.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
