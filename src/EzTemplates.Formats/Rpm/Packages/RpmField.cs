namespace EzTemplates.Formats;

/// <summary>A header's field: its tag number, and the name that rpm has for it (rpm's include/rpm/rpmtag.h), which errors say.</summary>
public readonly record struct RpmField(int Tag, string Name)
{
    private static readonly Dictionary<int, string> MainNames = [];
    private static readonly Dictionary<int, string> SignatureNames = [];

    // Of the main header.
    public static readonly RpmField PackageName = Main(1000, "NAME");
    public static readonly RpmField Version = Main(1001, "VERSION");
    public static readonly RpmField Release = Main(1002, "RELEASE");
    public static readonly RpmField Epoch = Main(1003, "EPOCH");
    public static readonly RpmField Architecture = Main(1022, "ARCH");
    public static readonly RpmField InstallTime = Main(1008, "INSTALLTIME");
    public static readonly RpmField OldFileNames = Main(1027, "OLDFILENAMES");
    public static readonly RpmField FileSizes = Main(1028, "FILESIZES");
    public static readonly RpmField FileStates = Main(1029, "FILESTATES");
    public static readonly RpmField FileModes = Main(1030, "FILEMODES");
    public static readonly RpmField FileDeviceNumbers = Main(1033, "FILERDEVS");
    public static readonly RpmField FileTimes = Main(1034, "FILEMTIMES");
    public static readonly RpmField FileDigests = Main(1035, "FILEDIGESTS");
    public static readonly RpmField FileLinkTargets = Main(1036, "FILELINKTOS");
    public static readonly RpmField FileFlags = Main(1037, "FILEFLAGS");
    public static readonly RpmField FileUserNames = Main(1039, "FILEUSERNAME");
    public static readonly RpmField FileGroupNames = Main(1040, "FILEGROUPNAME");
    public static readonly RpmField SourcePackage = Main(1044, "SOURCERPM");
    public static readonly RpmField FileVerifyFlags = Main(1045, "FILEVERIFYFLAGS");
    public static readonly RpmField FileDevices = Main(1095, "FILEDEVICES");
    public static readonly RpmField FileInodes = Main(1096, "FILEINODES");
    public static readonly RpmField FileLanguages = Main(1097, "FILELANGS");
    public static readonly RpmField Prefixes = Main(1098, "PREFIXES");
    public static readonly RpmField InstallPrefixes = Main(1099, "INSTPREFIXES");
    public static readonly RpmField FolderIndexes = Main(1116, "DIRINDEXES");
    public static readonly RpmField BaseNames = Main(1117, "BASENAMES");
    public static readonly RpmField FolderNames = Main(1118, "DIRNAMES");
    public static readonly RpmField PayloadFormat = Main(1124, "PAYLOADFORMAT");
    public static readonly RpmField PayloadCompressor = Main(1125, "PAYLOADCOMPRESSOR");
    public static readonly RpmField InstallColor = Main(1127, "INSTALLCOLOR");
    public static readonly RpmField InstallTransaction = Main(1128, "INSTALLTID");
    public static readonly RpmField FileColors = Main(1140, "FILECOLORS");
    public static readonly RpmField PreTransaction = Main(1151, "PRETRANS");
    public static readonly RpmField PreTransactionProgram = Main(1153, "PRETRANSPROG");
    public static readonly RpmField LongFileSizes = Main(5008, "LONGFILESIZES");
    public static readonly RpmField FileCapabilities = Main(5010, "FILECAPS");
    public static readonly RpmField FileDigestAlgorithm = Main(5011, "FILEDIGESTALGO");
    public static readonly RpmField FileTriggerNames = Main(5069, "FILETRIGGERNAME");
    public static readonly RpmField FileTriggerIndexes = Main(5070, "FILETRIGGERINDEX");
    public static readonly RpmField TransactionFileTriggerNames = Main(5079, "TRANSFILETRIGGERNAME");
    public static readonly RpmField TransactionFileTriggerIndexes = Main(5080, "TRANSFILETRIGGERINDEX");
    public static readonly RpmField PayloadDigest = Main(5092, "PAYLOADDIGEST");
    public static readonly RpmField PayloadDigestAlgorithm = Main(5093, "PAYLOADDIGESTALGO");
    public static readonly RpmField PayloadDigestAlt = Main(5097, "PAYLOADDIGESTALT");
    public static readonly RpmField PayloadSha512 = Main(5121, "PAYLOADSHA512");
    public static readonly RpmField PayloadSha512Alt = Main(5122, "PAYLOADSHA512ALT");
    public static readonly RpmField PayloadSha3 = Main(5123, "PAYLOADSHA3_256");
    public static readonly RpmField PayloadSha3Alt = Main(5124, "PAYLOADSHA3_256ALT");

    // Dependencies: names, versions and flags of each kind.
    public static readonly RpmField ProvideNames = Main(1047, "PROVIDENAME");
    public static readonly RpmField RequireFlags = Main(1048, "REQUIREFLAGS");
    public static readonly RpmField RequireNames = Main(1049, "REQUIRENAME");
    public static readonly RpmField RequireVersions = Main(1050, "REQUIREVERSION");
    public static readonly RpmField ConflictFlags = Main(1053, "CONFLICTFLAGS");
    public static readonly RpmField ConflictNames = Main(1054, "CONFLICTNAME");
    public static readonly RpmField ConflictVersions = Main(1055, "CONFLICTVERSION");
    public static readonly RpmField ObsoleteNames = Main(1090, "OBSOLETENAME");
    public static readonly RpmField ProvideFlags = Main(1112, "PROVIDEFLAGS");
    public static readonly RpmField ProvideVersions = Main(1113, "PROVIDEVERSION");
    public static readonly RpmField ObsoleteFlags = Main(1114, "OBSOLETEFLAGS");
    public static readonly RpmField ObsoleteVersions = Main(1115, "OBSOLETEVERSION");
    public static readonly RpmField RecommendNames = Main(5046, "RECOMMENDNAME");
    public static readonly RpmField RecommendVersions = Main(5047, "RECOMMENDVERSION");
    public static readonly RpmField RecommendFlags = Main(5048, "RECOMMENDFLAGS");
    public static readonly RpmField SupplementNames = Main(5052, "SUPPLEMENTNAME");
    public static readonly RpmField SupplementVersions = Main(5053, "SUPPLEMENTVERSION");
    public static readonly RpmField SupplementFlags = Main(5054, "SUPPLEMENTFLAGS");

    // Of the signature header, whose numbers mean something else.
    public static readonly RpmField SignedDsa = Signature(267, "DSAHEADER");
    public static readonly RpmField SignedRsa = Signature(268, "RSAHEADER");
    public static readonly RpmField HeaderSha1 = Signature(269, "SHA1HEADER");
    public static readonly RpmField HeaderSha256 = Signature(273, "SHA256HEADER");
    public static readonly RpmField SignedOpenPgp = Signature(278, "OPENPGP");
    public static readonly RpmField HeaderSha3 = Signature(279, "SHA3_256HEADER");
    public static readonly RpmField SignedPgp = Signature(1002, "SIGPGP");
    public static readonly RpmField PackageMd5 = Signature(1004, "SIGMD5");
    public static readonly RpmField SignedGpg = Signature(1005, "SIGGPG");

    /// <summary>For errors: the name of a field that is known, with its tag; the tag alone of any other.</summary>
    internal static string Describe(int tag, RpmHeaderKind kind) =>
        (kind == RpmHeaderKind.Main ? MainNames : SignatureNames).TryGetValue(tag, out var name) ? $"{name} (tag {tag})" : $"tag {tag}";

    private static RpmField Main(int tag, string name) => Note(MainNames, tag, name);

    private static RpmField Signature(int tag, string name) => Note(SignatureNames, tag, name);

    private static RpmField Note(Dictionary<int, string> names, int tag, string name)
    {
        names.Add(tag, name);
        return new RpmField(tag, name);
    }
}
