using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

internal enum AreaStepKind
{
    /// <summary>What was staged takes the path; what was there is kept.</summary>
    Put,

    /// <summary>What is there is kept beside the area, so that the version's shows.</summary>
    Drop,

    /// <summary>What an earlier mapping kept comes back.</summary>
    Restore,

    /// <summary>There was nothing before that earlier mapping.</summary>
    Clear,
}

/// <summary>What a remap does with one path of the private area once it is committed.</summary>
/// <param name="Number">Names its files in the mapping's folder.</param>
/// <param name="Made">The path's <see cref="AreaPlace.Identity"/> after the step; null: nothing is there.</param>
/// <param name="Had">Whether there was something private, which is then kept.</param>
/// <param name="FolderTime">The time of the folder that holds it, which the step leaves as it is.</param>
/// <param name="From">Of <see cref="AreaStepKind.Restore"/>: the mapping and the number of its step.</param>
internal sealed record AreaStep(int Number, AreaStepKind Kind, TreePath Path, string? Made, bool Had, FileTime FolderTime, (int Mapping, int Step) From = default)
{
    /// <summary>One line of JSON, bytes as chars.</summary>
    public byte[] ToLine()
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("step", Number);
            json.WriteString("do", NameOf(Kind));
            json.WriteString("path", Path.Latin1);
            json.WriteString("made", Made);
            json.WriteBoolean("had", Had);
            json.WriteString("folder", FolderTime.ToString());
            if (Kind == AreaStepKind.Restore)
            {
                json.WriteString("from", string.Create(CultureInfo.InvariantCulture, $"{From.Mapping}/{From.Step}"));
            }

            json.WriteEndObject();
        }

        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    /// <returns>Null for what is no step.</returns>
    public static AreaStep? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            return new AreaStep(
                json.GetProperty("step").GetInt32(),
                Enum.GetValues<AreaStepKind>().First(kind => NameOf(kind) == json.GetProperty("do").GetString()),
                TreePath.Parse(json.GetProperty("path").GetString()),
                json.GetProperty("made").GetString(),
                json.GetProperty("had").GetBoolean(),
                ReadTime(json.GetProperty("folder").GetString()!),
                json.TryGetProperty("from", out var from) ? ReadFrom(from.GetString()!) : default);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static string NameOf(AreaStepKind kind) => kind switch
    {
        AreaStepKind.Put => "put",
        AreaStepKind.Drop => "drop",
        AreaStepKind.Restore => "restore",
        AreaStepKind.Clear => "clear",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static FileTime ReadTime(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2
            ? new FileTime(long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture))
            : throw new FormatException($"`{text}` is no time");
    }

    private static (int Mapping, int Step) ReadFrom(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            ? (int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture))
            : throw new FormatException($"`{text}` is no step of a mapping");
    }
}

/// <summary>What is staged for <see cref="AreaStepKind.Put"/>.</summary>
/// <param name="Content">Of a file.</param>
/// <param name="Target">Of a link; null with <paramref name="Content"/>: nothing is to show.</param>
internal sealed record StagedFile(byte[]? Content, string? Target, int Mode, uint Uid, uint Gid, FileTime Mtime)
{
    public static StagedFile Link(string target, FileTime mtime) => new(null, target, 0, 0, 0, mtime);

    public static StagedFile Removal { get; } = new(null, null, 0, 0, 0, default);

    public string Identity => Content is { } content ? AreaPlace.OfFile(Sha256Digest.Of(content), Mode, Uid, Gid) : Target is { } target ? AreaPlace.OfLink(target) : AreaPlace.Whiteout;

    public string? Text => Content is { } content ? Encoding.Latin1.GetString(content) : null;
}
