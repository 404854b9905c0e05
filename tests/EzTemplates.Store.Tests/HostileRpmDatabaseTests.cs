using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>rpm's database where somebody has written into it with other tools than rpm.</summary>
public sealed class HostileRpmDatabaseTests
{
    [Fact]
    public void Fields_that_do_not_fit_each_other_are_told_by_name()
    {
        (string Field, Action<RawRpmHeader> Change)[] edits =
        [
            ("NAME", header => header.Remove(1000)),
            ("VERSION", header => header.Text(1001, "")),
            ("REQUIREFLAGS", header => header.Texts(1049, "a", "b").Ints(1048, 0)),
            ("FILETRIGGERINDEX", header => header.Texts(5069, "/a", "/b").Ints(5070, 0)),
            ("TRANSFILETRIGGERINDEX", header => header.Texts(5079, "/a", "/b").Ints(5080, 0)),
            ("FILESTATES", header => header.Texts(1117, "a", "b").Ints(1116, 0, 0).Texts(1118, "/").Raw(1029, 1, 1, [0])),
        ];
        Assert.All(edits, edit => Assert.Contains(
            edit.Field,
            Assert.Throws<MalformedArchiveException>(() => RpmDatabaseFile.Write([new RpmDatabaseRow(1, RawRpmHeader.Installed("odd", change: edit.Change))])).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_of_no_transaction_is_one_all_the_same()
    {
        var row = new RpmDatabaseRow(7, RawRpmHeader.Installed("odd", change: header => header.Remove(1127).Remove(1128).Remove(1022)));
        Assert.Equal(row.Header, Assert.Single(RpmDatabaseFile.Read(RpmDatabaseFile.Write([row]))).Header);
    }
}
