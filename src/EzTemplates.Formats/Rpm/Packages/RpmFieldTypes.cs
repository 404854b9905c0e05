namespace EzTemplates.Formats;

/// <summary>
/// The types of the fields that are read once a package is unpacked: for signatures, dependencies, declared users, scripts and the database.
/// Who reads a field there need not fear another type, nor say which package has it.
/// </summary>
internal static class RpmFieldTypes
{
    private static readonly RpmField[] SignatureBytes = [RpmField.SignedDsa, RpmField.SignedRsa, RpmField.SignedPgp, RpmField.SignedGpg, RpmField.PackageMd5];
    private static readonly RpmField[] SignatureTexts = [RpmField.HeaderSha1, RpmField.HeaderSha256, RpmField.SignedOpenPgp];

    private static readonly RpmField[] Texts =
    [
        RpmField.PackageName, RpmField.Version, RpmField.Release, RpmField.Architecture, RpmField.PreTransaction, RpmField.PreTransactionProgram,
        RpmField.ProvideNames, RpmField.ProvideVersions, RpmField.RequireNames, RpmField.RequireVersions, RpmField.ConflictNames, RpmField.ConflictVersions,
        RpmField.ObsoleteNames, RpmField.ObsoleteVersions, RpmField.RecommendNames, RpmField.RecommendVersions, RpmField.SupplementNames, RpmField.SupplementVersions,
    ];

    private static readonly RpmField[] Numbers =
    [
        RpmField.Epoch, RpmField.ProvideFlags, RpmField.RequireFlags, RpmField.ConflictFlags, RpmField.ObsoleteFlags, RpmField.RecommendFlags, RpmField.SupplementFlags,
        RpmField.FileTriggerIndexes, RpmField.TransactionFileTriggerIndexes,
    ];

    /// <exception cref="MalformedArchiveException">With the field.</exception>
    public static void CheckSignature(RpmHeader signature)
    {
        Array.ForEach(SignatureBytes, field => signature.Binary(field));
        Array.ForEach(SignatureTexts, field => signature.Texts(field));
    }

    /// <exception cref="MalformedArchiveException">With the field.</exception>
    public static void CheckMain(RpmHeader main)
    {
        Array.ForEach(Texts, field => main.Texts(field));
        Array.ForEach(Numbers, field => main.Numbers(field));
        foreach (var index in RpmDatabaseIndex.All)
        {
            index.CheckType(main);
        }

        InstalledHeader.CheckParallel(main);
    }
}
