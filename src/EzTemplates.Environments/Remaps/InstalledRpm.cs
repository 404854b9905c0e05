using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>A package that an rpm database says is installed.</summary>
/// <param name="Row">As the database has it.</param>
internal sealed record InstalledRpm(RpmDatabaseRow Row, RpmHeader Header, string Name, string Nevra)
{
    /// <summary>Its paths and relations; null where a field has another type than it must, which rpm would say first.</summary>
    public RpmRecord? TryRecord()
    {
        try
        {
            return RpmHeaderRecord.Of(Header, new ArchiveFacts(Nevra, Row.Header.Length, new Sha256Digest(SHA256.HashData(Row.Header))));
        }
        catch (MalformedArchiveException)
        {
            return null;
        }
    }

    /// <param name="database">Bytes as chars; empty: no packages.</param>
    /// <exception cref="StoreException">It is no such database.</exception>
    /// <exception cref="MalformedArchiveException">A header of it is malformed.</exception>
    public static List<InstalledRpm> ReadAll(string database) =>
        database.Length == 0 ? [] : [.. RpmDatabaseFile.Read(Encoding.Latin1.GetBytes(database)).Select(Of)];

    /// <summary>As <see cref="ReadAll"/>; what cannot be read has no packages, and the merge tells of it.</summary>
    public static List<InstalledRpm> ReadWhatCan(string database)
    {
        try
        {
            return ReadAll(database);
        }
        catch (Exception malformed) when (malformed is StoreException or MalformedArchiveException)
        {
            return [];
        }
    }

    private static InstalledRpm Of(RpmDatabaseRow row)
    {
        var header = InstalledHeader.Read(row.Header);
        return new InstalledRpm(row, header, header.Text(RpmField.PackageName) ?? "", new RpmHeaders(header, header).Nevra);
    }
}
