using System.Buffers.Binary;
using System.Globalization;
using EzTemplates.Formats;
using Microsoft.Data.Sqlite;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>rpm's database of a root as lines to compare: each header and each index row, with packages by their names where the database has numbers.</summary>
internal static class RpmDatabasePicture
{
    // dnf imports the repository's key as a package.
    private const string Key = "gpg-pubkey";

    // When a package was installed: rpm notes the hour, or counts up from SOURCE_DATE_EPOCH; here it is one time for all.
    private const int InstallTime = 1008;

    public static List<string> Of(string root)
    {
        // A copy: rpm keeps a log beside it, which only one that may write can read.
        var folder = Directory.CreateTempSubdirectory(EzTemplates.Testing.TempFolder.Prefix).FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "var/lib/rpm"), "rpmdb.sqlite*"))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            return Read(Path.Combine(folder, "rpmdb.sqlite"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Read(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        var (lines, names) = (new List<string>(), new Dictionary<long, string>());
        foreach (var row in Rows(connection, "SELECT hnum, blob FROM Packages ORDER BY hnum"))
        {
            var header = InstalledHeader.Read((byte[])row[1]);
            names[(long)row[0]] = new RpmHeaders(header, header).Nevra;
            if (header.Text(RpmField.PackageName) == Key)
            {
                names[(long)row[0]] = Key;
                continue;
            }

            lines.Add($"package {names.Values.Count(name => name != Key)}: {names[(long)row[0]]}");
            lines.AddRange(Fields((byte[])row[1]).Select(field => $"header {names[(long)row[0]]}: {field}"));
        }

        // SQLite's statistics come with use.
        foreach (var row in Rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'sqlite_stat1' ORDER BY name"))
        {
            lines.Add("schema " + string.Join(' ', row));
        }

        foreach (var index in RpmDatabaseIndex.All)
        {
            lines.AddRange(Rows(connection, $"SELECT typeof(key), hex(key), hnum, idx FROM '{index.Name}'")
                .Where(row => names.GetValueOrDefault((long)row[2]) != Key)
                .Select(row => string.Create(CultureInfo.InvariantCulture, $"index {index.Name}: {row[0]} {row[1]} {names.GetValueOrDefault((long)row[2], "of nobody")} {row[3]}"))
                .Order(StringComparer.Ordinal));
        }

        return lines;
    }

    /// <summary>All of a header, field by field: numbers of fields and bytes, then tag, type, place and count of each, with its bytes up to the next one's.</summary>
    private static IEnumerable<string> Fields(byte[] header)
    {
        var (fields, size) = (Number(header, 0), Number(header, 4));
        var places = Enumerable.Range(0, fields).Select(field => Number(header, 8 + (16 * field) + 8)).Append(size).ToList();
        yield return string.Create(CultureInfo.InvariantCulture, $"{fields} fields, {size} bytes of {header.Length}");
        for (var field = 0; field < fields; field++)
        {
            var at = 8 + (16 * field);
            var data = header.AsSpan(8 + (16 * fields))[places[field]..places.Where(place => place > places[field]).DefaultIfEmpty(places[field]).Min()];
            var value = Number(header, at) == InstallTime ? "a time" : Convert.ToHexStringLower(data);
            yield return string.Create(CultureInfo.InvariantCulture, $"{Number(header, at)} {Number(header, at + 4)} {places[field]} {Number(header, at + 12)} {value}");
        }
    }

    private static int Number(byte[] header, int at) => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(at));

    private static List<object[]> Rows(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }
}
