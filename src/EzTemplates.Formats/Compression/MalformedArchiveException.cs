using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// An archive or compressed stream is not what its format allows: damaged, cut short, or hostile. A reader that knows only the bytes
/// says the reason; the reader that knows the file and the member adds them with <see cref="At"/>.
/// </summary>
public sealed class MalformedArchiveException : EzException
{
    private const string Advice = "fetch it again; if it stays so, report it to the repository that serves it";

    public MalformedArchiveException(string reason, Exception? inner = null)
        : base(FailureKind.Untrusted, reason, Advice, inner) => Reason = reason;

    private MalformedArchiveException(string file, string? member, string reason, Exception inner)
        : base(FailureKind.Untrusted, Describe(file, member, reason), Advice, inner) =>
        (File, Member, Reason) = (file, member, reason);

    /// <summary>The archive's name, once a reader that knows it has added it.</summary>
    public string? File { get; }

    /// <summary>The member, or the member and the path inside it: <c>data.tar.xz: ./usr/bin/x</c>.</summary>
    public string? Member { get; }

    public string Reason { get; }

    /// <summary>The same failure with the file and member named.</summary>
    public MalformedArchiveException At(string file, string? member) =>
        File is null ? new(file, member, Reason, this) : this;

    private static string Describe(string file, string? member, string reason) =>
        member is null ? $"`{file}` is not a sound package: {reason}" : $"`{file}` is not a sound package: `{member}`: {reason}";
}
