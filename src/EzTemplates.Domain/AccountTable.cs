using System.Globalization;

namespace EzTemplates.Domain;

/// <summary>The names and numbers of a tree's passwd(5) or group(5): both have the name first and the number third. Of two rows the first counts.</summary>
public sealed class AccountTable
{
    public static TreePath Passwd { get; } = TreePath.Parse("/etc/passwd");

    public static TreePath Group { get; } = TreePath.Parse("/etc/group");

    private readonly Dictionary<string, uint> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, string> _names = [];

    /// <param name="text">Bytes as chars; null is an empty one. Lines that are no rows are passed over, as the C library does.</param>
    public AccountTable(string? text)
    {
        foreach (var row in (text ?? "").Split('\n').Select(line => line.Split(':')))
        {
            if (row.Length > 2 && row[0].Length > 0 && uint.TryParse(row[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                _numbers.TryAdd(row[0], number);
                _names.TryAdd(number, row[0]);
            }
        }
    }

    public uint? Find(string name) => _numbers.TryGetValue(name, out var number) ? number : null;

    public string? NameOf(uint number) => _names.GetValueOrDefault(number);
}
