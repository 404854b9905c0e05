using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>Whether a key of an index is looked for as text or as bytes.</summary>
public enum RpmKeyKind
{
    Text,
    Bytes,
}

/// <summary>A row of an index: a value, and which of the field's values it is.</summary>
public readonly record struct RpmIndexRow(ReadOnlyMemory<byte> Key, uint Place);

/// <summary>
/// An index of rpm's database: by the values of one field (rpm's lib/rpmdb.c, dbiTags and indexPut; lib/backend/sqlite.c for the columns and
/// which of them have an index of their own).
/// </summary>
/// <param name="Name">Of its table.</param>
public sealed record RpmDatabaseIndex(string Name, RpmKeyKind Kind)
{
    // Of a dependency (rpm's lib/rpmds.h): it is needed while its package is installed (isInstallPreReq), or erased (isErasePreReq).
    private const uint ToInstall = (1 << 5) | (1 << 7) | (1 << 9) | (1 << 10) | (1 << 24) | (1 << 26);
    private const uint ToErase = (1 << 11) | (1 << 12);

    private static readonly RpmField RequireFlags = new(1048, "REQUIREFLAGS");

    private readonly RpmField _field = new(0, "");

    private RpmDatabaseIndex(string name, int tag, RpmKeyKind kind = RpmKeyKind.Text)
        : this(name, kind) => _field = new RpmField(tag, name);

    /// <summary>In the order in which rpm makes them.</summary>
    public static ImmutableArray<RpmDatabaseIndex> All { get; } =
    [
        new("Name", 1000),
        new("Basenames", 1117),
        new("Group", 1016),
        new("Requirename", 1049),
        new("Providename", 1047),
        new("Conflictname", 1054),
        new("Obsoletename", 1090),
        new("Triggername", 1066),
        new("Dirnames", 1118),
        new("Installtid", 1128, RpmKeyKind.Bytes),
        new("Sigmd5", 261, RpmKeyKind.Bytes),
        new("Sha1header", 269),
        new("Filetriggername", 5069),
        new("Transfiletriggername", 5079),
        new("Recommendname", 5046),
        new("Suggestname", 5049),
        new("Supplementname", 5052),
        new("Enhancename", 5055),
    ];

    /// <summary>Whether rpm also looks for the rows of a package there, to delete them.</summary>
    public bool IsByPackage => Kind == RpmKeyKind.Text && Name is not ("Name" or "Group" or "Sha1header");

    private bool HasRichNames => Name is "Requirename" or "Conflictname" or "Recommendname" or "Suggestname" or "Supplementname" or "Enhancename";

    /// <summary>The rows of one installed package.</summary>
    public IEnumerable<RpmIndexRow> RowsOf(RpmHeader installed)
    {
        ArgumentNullException.ThrowIfNull(installed);
        return Kind == RpmKeyKind.Bytes ? Bytes(installed) : Texts(installed);
    }

    /// <exception cref="MalformedArchiveException">Its field has another type than it must.</exception>
    internal void CheckType(RpmHeader header)
    {
        if (_field.Tag == RpmField.InstallTransaction.Tag)
        {
            _ = header.Numbers(_field);
        }
        else if (Kind == RpmKeyKind.Bytes)
        {
            _ = header.Binary(_field);
        }
        else
        {
            _ = header.Texts(_field);
        }
    }

    private IEnumerable<RpmIndexRow> Bytes(RpmHeader installed)
    {
        if (_field.Tag != RpmField.InstallTransaction.Tag)
        {
            var bytes = installed.Binary(_field);
            return bytes.IsEmpty ? [] : [new RpmIndexRow(bytes, 0)];
        }

        // A row that names no transaction is in no index of them, as in rpm.
        var numbers = installed.Numbers(_field);
        if (numbers.Count == 0)
        {
            return [];
        }

        // A number is a key as the machine has it.
        var number = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, (uint)numbers[0]);
        return [new RpmIndexRow(number, 0)];
    }

    private IEnumerable<RpmIndexRow> Texts(RpmHeader installed)
    {
        var texts = installed.Texts(_field);
        if (texts.Count == 0 && Name == "Group")
        {
            yield return new RpmIndexRow(Encoding.ASCII.GetBytes("Unknown"), 0);
            yield break;
        }

        var flags = Name == "Requirename" ? installed.Numbers(RequireFlags) : default;
        var triggers = TriggerPlaces(installed);
        var count = Name == "Group" ? 1 : texts.Count;
        // A package may have several triggers on one other.
        var once = Name == "Triggername" ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var i = 0; i < count; i++)
        {
            var key = texts.Next();
            if ((flags.Count == 0 || (flags[i] & ToInstall) == 0 || (flags[i] & ToErase) != 0) && once?.Add(Encoding.Latin1.GetString(key.Span)) != false)
            {
                var place = triggers.Count == 0 ? (uint)i : (uint)triggers[i];
                yield return new RpmIndexRow(key, place);
                foreach (var name in HasRichNames && key.Span.StartsWith("("u8) ? RichDependencyKeys.Of(Encoding.Latin1.GetString(key.Span)) : [])
                {
                    yield return new RpmIndexRow(Encoding.Latin1.GetBytes(name), place);
                }
            }
        }
    }

    /// <summary>Of a file trigger the row says which trigger it is of.</summary>
    private RpmNumbers TriggerPlaces(RpmHeader installed) => Name switch
    {
        "Filetriggername" => installed.Numbers(RpmField.FileTriggerIndexes),
        "Transfiletriggername" => installed.Numbers(RpmField.TransactionFileTriggerIndexes),
        _ => default,
    };
}
