using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>What a command did to one thing.</summary>
public sealed record CommandChange(string Subject, string? From, string? To, string Outcome, string? Detail);

/// <summary>A changing command, as it ended.</summary>
/// <param name="By">User, pid and command line, as an environment's history has it.</param>
/// <param name="Command"><c>env remap</c>.</param>
/// <param name="Subjects">What it was called with: recipes, environments, templates.</param>
/// <param name="Outcome"><c>done</c>, <c>failed</c>, <c>refused</c> (busy, no rights, wrong usage: nothing was tried) or <c>cancelled</c>.</param>
/// <param name="Message">Why, where it is not done.</param>
public sealed record CommandRecord(
    DateTimeOffset At, string By, string Command, ImmutableArray<string> Subjects, string Outcome, int ExitCode, string? Message, ImmutableArray<CommandChange> Changes);

/// <summary>
/// <c>store/history</c>: append-only, one JSON line a changing command, written at its end with one system call and not synced, since
/// it is evidence and nothing is decided by it. Of a bounded size: a full file becomes <c>store/history.1</c>.
/// </summary>
public static class CommandLog
{
    /// <summary>Some ten thousand commands; with the earlier file, twice that.</summary>
    public const long LargestFile = 4_000_000;

    private const int LongestMessage = 1000;
    private const int OwnerOnly = 0b110_000_000;

    /// <returns>False where it could not be written: that is no failure of the command.</returns>
    public static bool TryAppend(StoreLayout layout, CommandRecord record)
    {
        ArgumentNullException.ThrowIfNull(layout);
        try
        {
            // Where there is no store, none is made to say that a command failed; and of another's, nothing is touched.
            if (!StoreFile.Exists(layout.Format) || Libc.Status(null, layout.Root).Uid != Libc.EffectiveUserId)
            {
                return false;
            }

            using var file = Libc.Open(null, layout.CommandHistory, OpenFlags.Write | OpenFlags.Create | OpenFlags.Append | OpenFlags.NoFollow, OwnerOnly);
            Libc.Write(file, Line(record));
            if (Libc.Status(file) is var status && status.Size > LargestFile)
            {
                Rotate(layout, file, status);
            }

            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    /// <summary>Oldest first. What is no whole record (a full disk, a power loss) is left out.</summary>
    public static ImmutableArray<CommandRecord> Read(StoreLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var records = ImmutableArray.CreateBuilder<CommandRecord>();
        foreach (var path in (string[])[layout.EarlierCommandHistory, layout.CommandHistory])
        {
            ReadOnlySpan<byte> text = StoreFile.TryRead(path);
            foreach (var range in text.Split((byte)'\n'))
            {
                if (TryParse(text[range]) is { } record)
                {
                    records.Add(record);
                }
            }
        }

        return records.ToImmutable();
    }

    /// <summary>Of several commands that find the file full, one renames it.</summary>
    private static void Rotate(StoreLayout layout, Microsoft.Win32.SafeHandles.SafeFileHandle file, FileStatus status)
    {
        if (Libc.TryLock(file, FileLockMode.Exclusive) && Libc.TryStatus(null, layout.CommandHistory) is { } now && now.IsSameFile(status))
        {
            Libc.Rename(null, layout.CommandHistory, null, layout.EarlierCommandHistory);
        }
    }

    private static byte[] Line(CommandRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("at", record.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("by", record.By);
            json.WriteString("command", record.Command);
            json.WriteStartArray("subjects");
            foreach (var subject in record.Subjects)
            {
                json.WriteStringValue(subject);
            }

            json.WriteEndArray();
            json.WriteString("outcome", record.Outcome);
            json.WriteNumber("exitCode", record.ExitCode);
            json.WriteString("message", Cut(record.Message));
            json.WriteStartArray("changes");
            foreach (var change in record.Changes)
            {
                json.WriteStartObject();
                json.WriteString("subject", change.Subject);
                json.WriteString("from", change.From);
                json.WriteString("to", change.To);
                json.WriteString("outcome", change.Outcome);
                json.WriteString("detail", Cut(change.Detail));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    private static CommandRecord? TryParse(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            var json = document.RootElement;
            return new CommandRecord(
                json.GetProperty("at").GetDateTimeOffset(),
                Text(json, "by") ?? "",
                Text(json, "command") ?? "",
                [.. json.GetProperty("subjects").EnumerateArray().Select(subject => subject.GetString() ?? "")],
                Text(json, "outcome") ?? "",
                json.GetProperty("exitCode").GetInt32(),
                Text(json, "message"),
                [.. json.GetProperty("changes").EnumerateArray().Select(change => new CommandChange(
                    Text(change, "subject") ?? "", Text(change, "from"), Text(change, "to"), Text(change, "outcome") ?? "", Text(change, "detail")))]);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string? Cut(string? text) => text is { Length: > LongestMessage } ? text[..LongestMessage] + "..." : text;

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
