using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// The fields of a path, as manifests and package contents have them in common: type, mode, uid, gid, mtime, size, content digest or
/// <c>-</c> or major:minor, xattrs; then, after what the one text adds to the other, path and link target.
/// </summary>
internal static class EntryFields
{
    // In an attribute's name they would end it.
    private const string EndsOfName = "=,";

    public static void WriteHead(LineWriter line, ManifestEntry entry)
    {
        line.Next().Byte((byte)entry.Type);
        line.Next().Mode(entry.Mode);
        line.Next().Number(entry.Uid);
        line.Next().Number(entry.Gid);
        line.Next().Time(entry.Mtime);
        line.Next().Number(entry.Size);
        WriteContent(line.Next(), entry);
        WriteXattrs(line.Next(), entry.Xattrs);
    }

    public static void WriteTail(LineWriter line, ManifestEntry entry)
    {
        line.Next().Escaped(entry.Path.Latin1);
        if (HasTarget(entry.Type))
        {
            line.Next().Escaped(entry.Target);
        }

        line.EndLine();
    }

    /// <summary>Everything but path and target, which <see cref="ReadTail"/> adds.</summary>
    public static ManifestEntry ReadHead(ref LineReader line)
    {
        var type = line.Field("type") is [var letter] && "fdlcbph"u8.Contains(letter)
            ? (EntryType)letter
            : throw line.Fail("the type is none of `f d l c b p h`");
        var entry = new ManifestEntry
        {
            Path = default,
            Type = type,
            Mode = line.Mode(),
            Uid = line.Id("uid"),
            Gid = line.Id("gid"),
            Mtime = line.Time(),
            Size = line.Number("size"),
        };
        if (entry.Size < 0 || (entry.Size > 0 && type != EntryType.File))
        {
            throw line.Fail("the size is not one of a file");
        }

        entry = type switch
        {
            EntryType.File => entry with { Content = line.Digest("content") },
            EntryType.CharacterDevice or EntryType.BlockDevice => entry with { Device = ReadDevice(ref line) },
            _ => line.Field("content").SequenceEqual("-"u8) ? entry : throw line.Fail("only a file has content"),
        };
        return entry with { Xattrs = ReadXattrs(ref line) };
    }

    public static ManifestEntry ReadTail(ref LineReader line, ManifestEntry entry)
    {
        if (!TreePath.TryParse(line.Text("path"), out var path))
        {
            throw line.Fail("the path is not one inside a tree");
        }

        var target = HasTarget(entry.Type) ? line.Text("target") : "";
        line.EndFields();
        return entry with { Path = path, Target = target };
    }

    private static bool HasTarget(EntryType type) => type is EntryType.Symlink or EntryType.HardLink;

    private static void WriteContent(LineWriter line, ManifestEntry entry)
    {
        switch (entry.Type)
        {
            case EntryType.File:
                line.Digest(entry.Content ?? throw new ArgumentException($"the file `{entry.Path}` has no content", nameof(entry)));
                break;
            case EntryType.CharacterDevice or EntryType.BlockDevice:
                line.Number(entry.Device.Major);
                line.Byte((byte)':');
                line.Number(entry.Device.Minor);
                break;
            default:
                line.Byte((byte)'-');
                break;
        }
    }

    private static DeviceNumber ReadDevice(ref LineReader line)
    {
        var field = line.Field("device");
        var colon = field.IndexOf((byte)':');
        return colon > 0
            && line.ParseNumber(field[..colon], "device") is >= 0 and <= uint.MaxValue and var major
            && line.ParseNumber(field[(colon + 1)..], "device") is >= 0 and <= uint.MaxValue and var minor
                ? new DeviceNumber((uint)major, (uint)minor)
                : throw line.Fail("the device is not major:minor");
    }

    private static void WriteXattrs(LineWriter line, ImmutableArray<ExtendedAttribute> xattrs)
    {
        if (xattrs.IsDefaultOrEmpty)
        {
            line.Byte((byte)'-');
            return;
        }

        for (var i = 0; i < xattrs.Length; i++)
        {
            if (i > 0)
            {
                if (string.CompareOrdinal(xattrs[i - 1].Name, xattrs[i].Name) >= 0)
                {
                    throw new ArgumentException($"extended attributes are not sorted at `{xattrs[i].Name}`", nameof(xattrs));
                }

                line.Byte((byte)',');
            }

            line.Escaped(xattrs[i].Name, EndsOfName);
            line.Byte((byte)'=');
            line.Base64(xattrs[i].Value.AsSpan());
        }
    }

    private static ImmutableArray<ExtendedAttribute> ReadXattrs(ref LineReader line)
    {
        var field = line.Field("extended attributes");
        if (field.SequenceEqual("-"u8))
        {
            return [];
        }

        var xattrs = ImmutableArray.CreateBuilder<ExtendedAttribute>();
        foreach (var part in field.Split((byte)','))
        {
            var attribute = field[part];
            var equals = attribute.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw line.Fail("an extended attribute is not name=value");
            }

            var name = line.Unescape(attribute[..equals], "attribute name");
            if (xattrs.Count > 0 && string.CompareOrdinal(xattrs[^1].Name, name) >= 0)
            {
                throw line.Fail("extended attributes are not sorted");
            }

            xattrs.Add(new ExtendedAttribute(name, Decode(line, attribute[(equals + 1)..])));
        }

        return xattrs.DrainToImmutable();
    }

    private static ImmutableArray<byte> Decode(LineReader line, ReadOnlySpan<byte> base64)
    {
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(base64, bytes, out _, out var length) != System.Buffers.OperationStatus.Done)
        {
            throw line.Fail("an extended attribute is not base64");
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(bytes[..length]);
    }
}
